import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isForTheUser, OneLoginError, type OneLoginErrorCode } from '../../lib/errors.ts'
import { optionVariables } from '../../lib/options/from-environment.ts'
import { optionRows, withOptions } from './options-table.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

describe('the reference of options', () => {
  const page = read('docs/reference/options.md')

  it('is what the schema and the types say: npm run docs:options writes it', () => {
    expect(withOptions(page)).toBe(page)
  })

  it('[CONF-9] has a section for every option that a variable sets', () => {
    const names = optionRows().map(({ name }) => name)
    expect(Object.values(optionVariables).filter((option) => !names.includes(option))).toEqual([])
  })

  it('says what each option allows and what it sets', () => {
    const lacking = optionRows().filter(({ allowed, purpose }) => allowed === '' || purpose.length < 10)
    expect(lacking.map(({ name }) => name)).toEqual([])
  })
})

describe('the reference of errors', () => {
  const codes = [...read('lib/errors.ts').matchAll(/^ {2}(\w+): \{ status/gm)].map(([, code = '']) => code)
  const sections = read('docs/reference/errors.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => section.replace(/^## .*/ms, ''))

  it('has one heading for each code', () => {
    const shown = sections.map((section) => /^`(\w+)`/.exec(section)?.[1] ?? '')
    expect(shown.toSorted()).toEqual(codes.toSorted())
  })

  it.each(sections)('[CB-11] has the status, retryable and the Passport outcome of %s', (section) => {
    const [, code = ''] = /^`(\w+)`/.exec(section) ?? []
    const error = new OneLoginError(code as OneLoginErrorCode, '')
    const facts = `Status ${error.status}. Retryable: ${error.retryable ? 'yes' : 'no'}. Passport: \`${
      isForTheUser(error) ? 'fail' : 'error'
    }\`.`
    expect(section.split('\n')[2]).toBe(facts)
  })

  it.each(sections)('says what happened, what to show and what to do for %s', (section) => {
    expect(section).toMatch(
      /^- What happened: .+\n(?: {2}.*\n)*- Show the user: .+\n(?: {2}.*\n)*- What to do: .+/m,
    )
  })

  /** Codes with several causes: the message of each cause says what to do. */
  const severalCauses = [
    'invalid_option',
    'session_unavailable',
    'reauthentication_impossible',
    'cross_site_request',
    'signing_failed',
    'token_refused',
    'id_token_key_unknown',
    'authentication_too_old',
    'core_identity_key_unknown',
    'not_signed_in',
    'session_expired',
    'authentication_too_weak',
    'identity_required',
  ]

  it.each(codes.filter((code) => !severalCauses.includes(code)))(
    'ends each message of %s with an action, or with "No action needed"',
    (code) => {
      const { message } = new OneLoginError(code as OneLoginErrorCode, 'It happened.')
      expect(message).toMatch(
        /^It happened\. (?:No action needed|If this continues, (?:check|report)|Ask|Compare|Shorten|Check|Treat|Report|The user can)/,
      )
    },
  )

  it('has no unused code', () => {
    const sources = readdirSync(new URL('lib/', root), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && path !== 'errors.ts' && !path.startsWith('simulator'))
      .map((path) => read(`lib/${path}`))
      .join('\n')
    expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([])
  })
})
