/**
 * Something the machine lacks and we do not install ourselves: a compiler, a browser. Its message is one line that says
 * what is missing and how to get it, so that a caller can print it and go on without.
 */
export class MissingTool extends Error {
  override readonly name = 'MissingTool';
}
