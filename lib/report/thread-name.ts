/** The name of something that a thread did, with the worker that it was. */
export function nameWithThread({ name, thread }: { readonly name: string; readonly thread?: number | undefined }): string {
  return thread === undefined ? name : `${name} (worker ${thread})`
}
