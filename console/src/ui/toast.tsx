import { type ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useState } from 'preact/hooks';
import './toast.css';
import { Button } from './button.tsx';
import { cx } from './class-names.ts';

export interface Toast {
  readonly tone: 'good' | 'bad' | 'note';
  readonly title: string;
  readonly text?: string;
}

type Tell = (toast: Toast) => void;

const ToastContext = createContext<Tell>(() => {});

const SHOWN_MS = 6_000;
const MOST = 4;

/** Tells of what just happened. A failure stays until it is closed. */
export const useToast = (): Tell => useContext(ToastContext);

let lastId = 0;

export const ToastProvider = ({ children }: { readonly children: ComponentChildren }) => {
  const [toasts, setToasts] = useState<readonly (Toast & { readonly id: number })[]>([]);
  const close = useCallback((id: number) => setToasts((all) => all.filter((each) => each.id !== id)), []);
  const tell = useCallback<Tell>(
    (toast) => {
      lastId += 1;
      const id = lastId;
      setToasts((all) => [...all, { ...toast, id }].slice(-MOST));
      if (toast.tone !== 'bad') window.setTimeout(() => close(id), SHOWN_MS);
    },
    [close],
  );
  return (
    <ToastContext.Provider value={tell}>
      {children}
      <section class="toasts" aria-label="Notifications" aria-live="polite" aria-relevant="additions">
        {toasts.map(({ id, tone, title, text }) => (
          <div key={id} class={cx('toast', `tone-${tone}`)} role={tone === 'bad' ? 'alert' : undefined}>
            <div class="prose">
              <p class="toast-title">{title}</p>
              {text !== undefined && <p class="small">{text}</p>}
            </div>
            <Button look="quiet" small icon="cross" iconOnly onClick={() => close(id)}>
              Close
            </Button>
          </div>
        ))}
      </section>
    </ToastContext.Provider>
  );
};
