import { createHash } from 'node:crypto'

const share = Number(process.env.MUTATION_SAMPLE ?? 100)
const seed = process.env.MUTATION_SEED ?? '1'

/**
 * Leaves out functions, class members and constants by chance, the same ones each time: MUTATION_SAMPLE is the
 * percentage that remains, and another MUTATION_SEED chooses others.
 */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'sample',
    value: { shouldIgnore: (path) => (isDrawn(path) ? undefined : 'not in the sample') },
  },
]

function isDrawn({ node, parentPath: parent }) {
  if (!['Program', 'ClassBody'].includes(parent?.node.type)) return true
  // A member is drawn, not its class.
  if ([node, node.declaration].some((part) => part?.type === 'ClassDeclaration')) return true
  const declared = node.declaration ?? node
  const { name } = declared.id ?? declared.key?.id ?? declared.key ?? declared.declarations?.[0]?.id ?? {}
  // Its length tells it from others of that name, and changes only when it changes itself.
  const digest = createHash('sha256').update(`${seed} ${name} ${node.end - node.start}`)
  return digest.digest().readUInt32BE() / 2 ** 32 < share / 100
}
