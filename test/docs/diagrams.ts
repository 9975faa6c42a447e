import { readFileSync } from 'node:fs'
import { documents } from './documents.ts'

/** A Mermaid diagram in a document. */
export interface Diagram {
  /** The document, and the diagram's place in it. */
  readonly name: string
  readonly source: string
  /** The name for people who cannot see the diagram. */
  readonly title: string | undefined
  /** What it shows, for people who cannot see it. */
  readonly description: string | undefined
}

/** Every diagram of the documents. */
export const diagrams: readonly Diagram[] = documents.flatMap((path) => {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```mermaid\n(.*?)^```$/gms)].map(([, source = ''], index) => ({
    name: `${path}, diagram ${index + 1}`,
    source,
    title: /^ *accTitle: (.+)$/m.exec(source)?.[1],
    description: /^ *accDescr: (.+)$/m.exec(source)?.[1],
  }))
})
