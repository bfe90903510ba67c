// What Lambda loads of a function (see bundle.ts). Node's own source maps read every map while modules load, which makes
// a cold start a third longer; these are read when a stack trace is.
const { createRequire, SourceMap } = process.getBuiltinModule('node:module');
const { readFileSync } = process.getBuiltinModule('node:fs');

const maps = new Map();
const mapOf = (file) => {
  if (!maps.has(file)) {
    try {
      maps.set(file, new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8'))));
    } catch {
      maps.set(file, undefined);
    }
  }
  return maps.get(file);
};

const shown = (frame) => {
  const text = String(frame);
  const [file, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()];
  const origin = file?.endsWith('.cjs') ? mapOf(file)?.findOrigin(line, column) : undefined;
  if (!origin?.fileName) return text;
  const source = origin.fileName.replace(/^(?:\.\.\/)+/, '');
  return text.replace(`${file}:${line}:${column}`, `${source}:${origin.lineNumber}:${origin.columnNumber}`);
};

Error.prepareStackTrace = (error, frames) =>
  [error, ...frames.map((frame) => `    at ${shown(frame)}`)].join('\n');

export const { handler } = createRequire(import.meta.url)('./main.cjs');
