/** A folder of the window, as requests name it. */
export interface Folder {
  /** Absolute path: the key of everything that is kept per folder. */
  readonly path: string;
  readonly name: string;
  readonly trusted: boolean;
}
