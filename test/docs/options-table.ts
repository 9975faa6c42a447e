import { readFileSync } from 'node:fs'
import ts from 'typescript'
import * as v from 'valibot'
import { optionsSchema } from '../../lib/options/strategy-options-schema.ts'
import { optionVariables } from '../../lib/options/from-environment.ts'

/** One option as its reference page shows it. */
export interface OptionEntry {
  /** Its name. An option inside another one has both names: `session.idle`. */
  readonly name: string
  readonly variable: string | undefined
  /** The words that end the message about a wrong value. */
  readonly allowed: string
  readonly fallback: string
  readonly purpose: string
}

type Schema = v.GenericSchema & { readonly wrapped?: v.GenericSchema; readonly default?: unknown }
type Entries = Readonly<Record<string, Schema>>

const root = new URL('../../', import.meta.url)
const start = '<!-- options: written by npm run docs:options -->'
const end = '<!-- end of options -->'

/** The options, in the order of the schema. Their descriptions come from the type's TSDoc. */
export function optionRows(): OptionEntry[] {
  const { OneLoginOptions: words, SessionLimits: session } = documentedMembers(
    'lib/options/one-login-options.ts',
  )
  const { Environment: environment } = documentedMembers('lib/options/environments.ts')
  const parts: Readonly<Record<string, Documented | undefined>> = { environment, session }
  return rowsOf(optionsSchema.entries, words, parts, '')
}

/** The page of options with a section for each option, written from the code. */
export function withOptions(page: string): string {
  const [before, after] = [page.indexOf(start), page.indexOf(end)]
  if (before < 0 || after < before) throw new Error('The page has no place for the options')
  const sections = optionRows().map(sectionOf).join('\n')
  return `${page.slice(0, before + start.length)}\n\n${sections}\n${page.slice(after)}`
}

function sectionOf({ name, variable, allowed, fallback, purpose }: OptionEntry): string {
  const facts = [
    ['Allowed', allowed],
    ['Default', fallback],
    ['Variable', variable && code(variable)],
  ].filter(([, text]) => text)
  const list = facts.map(([label = '', text = '']) => `- ${label}: ${text}`)
  return [`### ${code(name)}`, '', `${purpose}.`, '', ...list, ''].join('\n')
}

function rowsOf(
  entries: Entries,
  words: Documented | undefined,
  parts: Readonly<Record<string, Documented | undefined>>,
  prefix: string,
): OptionEntry[] {
  const extra = Object.keys(words ?? {}).filter((name) => !(name in entries))
  if (extra.length > 0) throw new Error(`Documented, and no options: ${extra.join(', ')}`)
  return Object.entries(entries).flatMap(([key, schema]) => {
    const documented = words?.[key]
    if (!documented) throw new Error(`Option ${prefix}${key} has no TSDoc`)
    const inner = schema.wrapped ?? schema
    const row = {
      name: prefix + key,
      variable: variableOf(prefix + key),
      allowed: String(v.getMetadata(inner).allowed),
      fallback: fallbackOf(prefix + key, schema, documented.fallback),
      purpose: documented.purpose,
    }
    return [row, ...rowsOf(entriesOf(inner), parts[key], {}, `${key}.`)]
  })
}

function fallbackOf(name: string, schema: Schema, documented: string | undefined): string {
  const isRequired = schema.type !== 'optional'
  if (isRequired) return name.startsWith('environment.') ? 'none. Required for a simulator' : ''
  const value = schema.default
  if (value === undefined || (typeof value === 'object' && !Array.isArray(value))) return documented ?? ''
  const text = JSON.stringify(value).replaceAll('"', "'").replaceAll(',', ', ')
  if (documented !== code(text)) throw new Error(`The TSDoc of ${name} must say: @defaultValue ${code(text)}`)
  return code(text)
}

function entriesOf(schema: Schema): Entries {
  // The environment is a name or an object: its members are those of the object.
  const lazy = schema as { readonly getter?: (given: object) => Schema }
  const object = (lazy.getter?.({}) ?? schema) as { readonly entries?: Entries }
  return object.entries ?? {}
}

function variableOf(name: string): string | undefined {
  return Object.entries(optionVariables).find(([, option]) => option === name)?.[0]
}

type Documented = Readonly<
  Record<string, { readonly purpose: string; readonly fallback: string | undefined }>
>

/** The interfaces of a file, with the TSDoc of each member. */
function documentedMembers(path: string): Readonly<Record<string, Documented>> {
  const source = ts.createSourceFile(
    path,
    readFileSync(new URL(path, root), 'utf8'),
    ts.ScriptTarget.ES2023,
    true,
  )
  const interfaces = source.statements.filter(ts.isInterfaceDeclaration)
  return Object.fromEntries(
    interfaces.map(({ name, members }) => [
      name.text,
      Object.fromEntries(members.map((member) => [member.name?.getText() ?? '', wordsOf(member)])),
    ]),
  )
}

function wordsOf(member: ts.Node): Documented[string] {
  const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc)
  const text = (comment: ts.JSDoc['comment']) =>
    (ts.getTextOfJSDocComment(comment) ?? '').replace(/\s+/g, ' ').trim()
  const tag = comments.flatMap(({ tags = [] }) => tags).find(({ tagName }) => tagName.text === 'defaultValue')
  return {
    purpose: comments
      .map(({ comment }) => text(comment))
      .join(' ')
      .replace(/\.$/, ''),
    fallback: tag && text(tag.comment),
  }
}

function code(text: string): string {
  return `\`${text}\``
}
