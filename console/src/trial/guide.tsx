/** The guided drill of the local runtime; drawn above every page. */
export const Guide = () => null;
