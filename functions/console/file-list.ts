/** What a build says of a file of the page. */
export interface BuiltFile {
  readonly type: string;
  /** Of its bytes before compression. */
  readonly hash: string;
  /** Beside the file itself, as `<name>.br` and `<name>.gz`. */
  readonly encodings: readonly ('gzip' | 'br')[];
}

/** The list that stands in the directory of a build, by the names of the files: `index.html`, `assets/index-1a2b.js`. */
export interface FileList {
  readonly files: Readonly<Record<string, BuiltFile>>;
}

export const FILES = 'files.json';
