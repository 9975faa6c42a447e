import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { diagrams } from './diagrams.ts'
import { documents } from './documents.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

describe.each(diagrams.map((diagram) => [diagram.name, diagram] as const))(
  '%s',
  (_name, { source, title, description = '' }) => {
    it('has a name and a description for people who cannot see it', () => {
      expect(title).toMatch(/\w+ \w+/)
      expect(description.split(/(?<=\.) /).length).toBeGreaterThan(1)
    })

    it('is of a kind whose name and description Mermaid passes on', () => {
      expect(source).toMatch(/^(?:sequenceDiagram|gantt)\n/)
    })

    it('shows a message from and to everyone it names', () => {
      const participants = [...source.matchAll(/^ *participant (\w+) as /gm)].map(([, name = '']) => name)
      const messages = [...source.matchAll(/^ *(\w+)->>(\w+): /gm)]
      const named = new Set(messages.flatMap(([, from = '', to = '']) => [from, to]))
      expect([...named].sort()).toEqual(participants.sort())
    })

    it('describes each path of your service that a message names', () => {
      const shown = [...source.matchAll(/->>\w+: (?:GET|POST) (\S+)/g)].map(([, path = '']) => path)
      const missing = shown.filter((path) => path !== '/auth/callback' && !description.includes(path))
      expect(missing).toEqual([])
    })
  },
)

it('the life of a session, back-channel logout, both sign-ins, check in person and key rotation have a diagram', () => {
  expect(diagrams.map(({ name }) => name.replace(/^docs\/|, .*$/g, '')).sort()).toEqual([
    'explanation/how-it-works.md',
    'guides/identity.md',
    'guides/in-person.md',
    'guides/key-rotation.md',
    'guides/sessions-and-sign-out.md',
    'guides/sessions-and-sign-out.md',
  ])
})

it.each(documents)('every picture in %s has a text instead of it', (path) => {
  const text = read(path).replace(/^```.*?^```$/gms, '')
  const alternatives = [...text.matchAll(/!\[([^\]]*)\]\(/g)].map(([, alternative = '']) => alternative)
  expect(alternatives.filter((alternative) => alternative.length < 20)).toEqual([])
  expect(text.match(/<img\b/g)).toBeNull()
})
