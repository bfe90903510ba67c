/** A sentence of ours: what stands between backticks is a name. */
export const Worded = ({ text }: { readonly text: string }) => (
  <>
    {text.split('`').map((part, index) =>
      // The parts of a sentence have no other names than their places.
      index % 2 === 1 ? <code key={index}>{part}</code> : part,
    )}
  </>
);
