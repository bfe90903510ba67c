import { type ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useEffect, useId, useRef, useState } from 'preact/hooks';
import './dialog.css';
import { Button } from './button.tsx';

/**
 * A modal dialog: the browser's own, which keeps the focus within, closes on Escape and gives the focus back. `footer`
 * holds its buttons.
 */
export const Dialog = ({
  title,
  onClose,
  children,
  footer,
  wide = false,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
  readonly footer?: ComponentChildren;
  readonly wide?: boolean;
}) => {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    if (dialog && !dialog.open) dialog.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={heading}>{title}</h2>
          <Button look="quiet" small icon="cross" iconOnly onClick={onClose}>
            Close
          </Button>
        </header>
        <div class="dialog-body prose">{children}</div>
        {footer && <footer class="dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
};

export interface Question {
  readonly title: string;
  /** What will happen, in words; may be anything that can be drawn. */
  readonly body: ComponentChildren;
  /** What the button says: the verb, not OK. */
  readonly action: string;
  readonly danger?: boolean;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask>(async () => false);

/** Asks before something is changed: `if (await confirm({ title, body, action })) …`. */
export const useConfirm = (): Ask => useContext(ConfirmContext);

export const ConfirmProvider = ({ children }: { readonly children: ComponentChildren }) => {
  const [asked, setAsked] = useState<(Question & { readonly answer: (yes: boolean) => void }) | null>(null);
  const ask = useCallback<Ask>(
    (question) =>
      new Promise((resolve) =>
        setAsked({
          ...question,
          answer: (yes) => {
            setAsked(null);
            resolve(yes);
          },
        }),
      ),
    [],
  );
  return (
    <ConfirmContext.Provider value={ask}>
      {children}
      {asked && (
        <Dialog
          title={asked.title}
          onClose={() => asked.answer(false)}
          footer={
            <>
              <Button onClick={() => asked.answer(false)}>Cancel</Button>
              <Button look={asked.danger ? 'danger' : 'primary'} onClick={() => asked.answer(true)}>
                {asked.action}
              </Button>
            </>
          }
        >
          {asked.body}
        </Dialog>
      )}
    </ConfirmContext.Provider>
  );
};
