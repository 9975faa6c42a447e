/** A file of the new service. */
export interface ServiceFile {
  /** The path from its folder, with slashes. */
  readonly path: string
  readonly content: string
}
