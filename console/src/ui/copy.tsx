import { useState } from 'preact/hooks';
import { Button } from './button.tsx';

/** Copies a text; for commands and drafts. */
export const CopyButton = ({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) => {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      window.setTimeout(() => setCopied(false), 2_000);
    } catch {
      // Without the right to the clipboard the text can still be selected.
      setCopied(false);
    }
  };
  return (
    <Button small look="quiet" icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>
      {copied ? 'Copied' : label}
    </Button>
  );
};
