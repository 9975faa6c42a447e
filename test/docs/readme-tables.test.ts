import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { OneLoginError, type OneLoginErrorCode } from '../../lib/index.ts'
import { optionVariables } from '../../lib/options/from-environment.ts'
import { optionRows, withOptionsTable } from './options-table.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const readme = read('README.md')

describe('the table of options in the README', () => {
  it('says what the schema says: npm run docs:options writes it', () => {
    expect(withOptionsTable(readme)).toBe(readme)
  })

  it('[CONF-9] has a row for every option that a variable sets', () => {
    const names = optionRows().map(({ name }) => name)
    expect(Object.values(optionVariables).filter((option) => !names.includes(option))).toEqual([])
  })

  it('says of every option what is allowed, and what it is for', () => {
    const lacking = optionRows().filter(({ allowed, purpose }) => allowed === '' || purpose.length < 10)
    expect(lacking.map(({ name }) => name)).toEqual([])
  })
})

describe('the table of errors in the README', () => {
  const codes = [...read('lib/errors.ts').matchAll(/^ {2}(\w+): \{ status/gm)].map(([, code = '']) => code)
  const [, table = ''] = readme.split(/^\| code \|.*\n.*\n/m)
  const rows = (table.split('\n\n')[0] ?? '').split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

  it('has a row for every code, and no row for a code that there is not', () => {
    const shown = rows.map(([code = '']) => code.replaceAll('`', ''))
    expect(shown.toSorted()).toEqual(codes.toSorted())
  })

  it('[CB-11] gives each the status that the error has', () => {
    const shown = rows.map(([code = '', status]) => [code.replaceAll('`', ''), Number(status)])
    const actual = shown.map(([code]) => [code, new OneLoginError(code as OneLoginErrorCode, '').status])
    expect(shown).toEqual(actual)
  })

  it('says of each what happened, what to show the user, and what to do', () => {
    expect(rows.filter((cells) => cells.length !== 5 || cells.includes(''))).toEqual([])
  })

  it('is as long as the CHANGELOG says', () => {
    expect(read('CHANGELOG.md')).toContain(`${codes.length} codes of errors`)
  })

  it('has no code that the package never uses', () => {
    const sources = readdirSync(new URL('lib/', root), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && path !== 'errors.ts' && !path.startsWith('simulator'))
      .map((path) => read(`lib/${path}`))
      .join('\n')
    expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([])
  })
})

describe('the comparison in the README', () => {
  it.each([
    {
      path: 'bench/apps/careful.ts',
      words: (lines: number) => `${lines} lines for sign-in and identity alone`,
    },
    { path: 'bench/apps/ours.ts', words: (lines: number) => `does more in ${lines}` },
  ])('counts the lines of $path right', ({ path, words }) => {
    expect(readme).toContain(words(read(path).trimEnd().split('\n').length))
  })
})
