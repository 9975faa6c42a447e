/** A file of the new service. */
export interface ServiceFile {
  /** From its folder, with slashes. */
  readonly path: string
  readonly content: string
}
