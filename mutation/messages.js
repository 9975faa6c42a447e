/** What makes an error of a message; and the option schemas, which take the words for what they allow. */
const takers = new Set([
  'Error',
  'OneLoginError',
  'refusal',
  'refuse',
  'misconfigured',
  'described',
  'duration',
  'absoluteURL',
  'requiredText',
  'oneOrMore',
])

/** Leaves the wording of messages alone: what matters in them the tests look for, and the rest may change. */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'messages',
    value: {
      shouldIgnore: (path) => (isText(path.node) && isMessage(path) ? 'the wording of a message' : undefined),
    },
  },
]

// A template with more than names in it is mutated like all code.
function isText(node) {
  if (node.type === 'StringLiteral') return true
  return (
    node.type === 'TemplateLiteral' &&
    node.expressions.every(({ type }) => type === 'Identifier' || type === 'MemberExpression')
  )
}

function isMessage(path) {
  let { node: text, parentPath: at } = path
  // One message over several lines.
  while (at?.node.type === 'BinaryExpression' && at.node.operator === '+') {
    text = at.node
    at = at.parentPath
  }
  if (at?.node.type !== 'NewExpression' && at?.node.type !== 'CallExpression') return false
  const { callee, arguments: given } = at.node
  if (callee.type !== 'Identifier' || !takers.has(callee.name)) return false
  // The first argument of a OneLoginError is its code, and options are named before what is wrong with them.
  const words = given.indexOf(text)
  return callee.name === 'OneLoginError'
    ? words === 1
    : words === given.length - 1 || callee.name !== 'refusal'
}
