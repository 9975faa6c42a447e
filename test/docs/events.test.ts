import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** A member without its comments, as a table has it. */
function asOneLine(member: string): string {
  return member
    .replace(/\/\*\*.*?\*\//gs, '')
    .replace(/(?<=\w)\n\s*(?=\w)/g, ', ')
    .replace(/\s+/g, ' ')
    .replaceAll('readonly ', '')
    .replaceAll('; ', ', ')
    .replace(/;$/, '')
}

/** Every event of `OneLoginEvents` with its members, as its source has them. */
function eventsOfSource(): { name: string; members: string[] }[] {
  const source = ts.createSourceFile('events.ts', read('lib/events.ts'), ts.ScriptTarget.Latest, true)
  const found = source.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === 'OneLoginEvents',
  ) as ts.InterfaceDeclaration
  return found.members.filter(ts.isPropertySignature).map(({ name, type }) => ({
    name: (name as ts.StringLiteral).text,
    members: (type as ts.TypeLiteralNode).members.map((member) => asOneLine(member.getText())),
  }))
}

describe('the reference of events', () => {
  it('lists every channel with every member and its type, and no other', () => {
    const rows = [...read('docs/reference/events.md').matchAll(/^\| `([\w.-]+)` \| [^|]+ \| (.*) \|$/gm)]
    const listed = rows.map(([, name = '', members = '']) => ({
      name,
      members: [...members.matchAll(/`([^`]+)`/g)].map(([, member = '']) => member.replaceAll('\\|', '|')),
    }))
    expect(eventsOfSource().length).toBeGreaterThan(5)
    expect(listed).toEqual(eventsOfSource())
  })
})
