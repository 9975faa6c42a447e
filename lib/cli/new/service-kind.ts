/** The options of a new service. */
export interface ServiceKind {
  /** The name in its package.json. */
  readonly name: string
  /** Whether its users can prove their identity. */
  readonly identity: boolean
  readonly language: 'typescript' | 'javascript'
  /** Where npm gets this package: a range of versions, a file or an address. */
  readonly source: string
}
