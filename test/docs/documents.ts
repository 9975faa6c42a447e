import { existsSync, readdirSync } from 'node:fs'

const root = new URL('../../', import.meta.url)

/** The pages of `docs/`, in its four folders, as paths from the project's root. */
export const pages: readonly string[] = ['tutorial', 'guides', 'reference', 'explanation']
  .map((kind) => `docs/${kind}/`)
  .filter((folder) => existsSync(new URL(folder, root)))
  .flatMap(markdownIn)

/** Every document that a person reads. */
export const documents: readonly string[] = [
  ...markdownIn(''),
  ...markdownIn('docs/'),
  ...pages,
  ...markdownIn('example-app/'),
]

function markdownIn(folder: string): string[] {
  return readdirSync(new URL(folder || '.', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => folder + name)
}
