import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
const sections = changelog.split(/^## /m).slice(1)
const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']

describe.each(sections.map((text) => [text.split('\n', 1)[0] ?? '', text] as const))(
  'the changelog of %s',
  (_title, text) => {
    const headings = [...text.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)
    const entries = text.split(/^(?= *- )/m).filter((part) => /^ *- /.test(part))
    const sentences = entries.flatMap((entry) => entry.replace(/\s+/g, ' ').split(/(?<=[.:]) (?=[A-Z`])/))

    it('has the headings of Keep a Changelog, each once and in their order', () => {
      expect(headings).toEqual(kinds.filter((kind) => headings.includes(kind)))
    })

    it('names no change twice', () => {
      const named = entries.map((entry) =>
        entry
          .replace(/[^a-z]/gi, '')
          .toLowerCase()
          .slice(0, 60),
      )
      expect(named.filter((name, index) => named.indexOf(name) !== index)).toEqual([])
    })

    it('has no sentence over 45 words and no semicolon', () => {
      const hard = sentences.filter((sentence) => sentence.split(' ').length > 45 || sentence.includes(';'))
      expect(hard).toEqual([])
    })

    it('marks a breaking change only where people look for one', () => {
      const kindOf = (entry: string) =>
        headings.findLast((heading) => text.indexOf(`### ${heading}`) < text.indexOf(entry))
      const breaking = entries.filter((entry) => entry.includes('**Breaking:**')).map(kindOf)
      expect(breaking.filter((kind) => kind !== 'Changed' && kind !== 'Removed')).toEqual([])
    })
  },
)
