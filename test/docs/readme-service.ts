import { readFileSync } from 'node:fs'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const sections = ['Add it to your service', 'Protect pages', 'Handle errors']

/** The service of a reader who copies the TypeScript of each section, from the top, into one file. */
export const readmeService: string = sections.flatMap(typescriptOf).join('\n')

/** The arguments with which the README starts the simulator. */
export const readmeSimulator: readonly string[] =
  /^npx passport-govuk-one-login (simulator .*)$/m.exec(readme)?.[1]?.split(' ') ?? []

function typescriptOf(section: string): string[] {
  const [, text = ''] = readme.split(`\n## ${section}\n`)
  const [own = ''] = text.split('\n## ')
  return [...own.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)
}
