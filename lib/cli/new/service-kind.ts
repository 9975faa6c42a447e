/** Which service is written. */
export interface ServiceKind {
  /** The name in its package.json. */
  readonly name: string
  /** Whether its users can prove who they are. */
  readonly identity: boolean
  readonly language: 'typescript' | 'javascript'
  /** Where npm gets this package from: a range of versions, or a file or an address. */
  readonly source: string
}
