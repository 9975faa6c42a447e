import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const contributing = readFileSync(new URL('CONTRIBUTING.md', root), 'utf8')
const [, map = ''] = contributing.split('## The map of `lib/`')

/** The folders on the map, lowest first. */
const onTheMap = [...map.matchAll(/^\| `([\w-]+)\/` \|/gm)].map(([, folder = '']) => folder)

describe('the map in CONTRIBUTING', () => {
  it('has every folder of lib/, once', () => {
    const folders = readdirSync(new URL('lib/', root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    expect(onTheMap.toSorted()).toEqual(folders.toSorted())
  })

  it('has the folders in the order that lint checks', () => {
    const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
      forbidden: { name: string }[]
    }
    const checked = forbidden
      .map(({ name }) => /^(.*)-imports-lower-floors-only$/.exec(name)?.[1] ?? '')
      .filter((floor) => onTheMap.includes(floor))
    expect(checked).toEqual(onTheMap.slice(0, checked.length))
    expect(checked).toHaveLength(6)
  })
})
