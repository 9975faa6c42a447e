import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const contributing = readFileSync(new URL('CONTRIBUTING.md', root), 'utf8')
const files = readdirSync(new URL('lib/', root)).filter((name) => name.endsWith('.ts'))

/** The files that each row of the map names, without the words in brackets. */
const map = [...contributing.matchAll(/^\| ([\w ]+) \| (`[^|]+) \|$/gm)].map(([, layer, cell = '']) => ({
  layer,
  files: [...cell.replace(/\([^)]*\)/g, '').matchAll(/`([\w-]+)`/g)]
    .map(([, name = '']) => `${name}.ts`)
    .sort(),
}))

/** The layers as they are checked, lowest first. */
function checkedLayers(): string[][] {
  const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
    forbidden: { name: string; from: { path: string }; to: { path: string[] } }[]
  }
  const lowest = forbidden.find(({ name }) => name === 'layer-0-looks-down-only')
  return [lowest?.from.path ?? '', ...(lowest?.to.path ?? [])].map((layer) =>
    files.filter((file) => new RegExp(layer).test(`lib/${file}`)).sort(),
  )
}

describe('CONTRIBUTING', () => {
  it('has every file of lib/ on its map, once, and no other', () => {
    expect(map.flatMap((row) => row.files).sort()).toEqual([...files].sort())
  })

  it('has the layers that are checked', () => {
    const [doors, ...layers] = [...map].reverse()
    expect(doors?.files).toEqual(['index.ts'])
    expect(layers.reverse().map((row) => row.files)).toEqual(checkedLayers())
  })
})
