import { type ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useState } from 'preact/hooks';

const AnnounceContext = createContext<(text: string) => void>(() => {});

/** Tells a screen reader what changed on the page, when it has said what it is saying. */
export const useAnnounce = (): ((text: string) => void) => useContext(AnnounceContext);

export const AnnounceProvider = ({ children }: { readonly children: ComponentChildren }) => {
  const [text, setText] = useState('');
  const announce = useCallback((news: string) => setText(news), []);
  return (
    <AnnounceContext.Provider value={announce}>
      {children}
      <p class="visually-hidden" aria-live="polite" id="news">
        {text}
      </p>
    </AnnounceContext.Provider>
  );
};
