import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { OneLoginError, type OneLoginErrorCode } from '../../lib/errors.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** A message of the package, with its placeholders in braces. */
export interface ErrorMessage {
  readonly code: OneLoginErrorCode
  readonly text: string
}

/** A function that creates an error from the text in one of its arguments. */
interface Maker {
  readonly codes: readonly string[]
  readonly template: string
  readonly placeholder: string
  readonly at: number
}

/** The codes, in the order of lib/errors.ts. */
export const errorCodes = [...read('lib/errors.ts').matchAll(/^ {2}(\w+): \{ status/gm)].map(
  ([, code]) => code as OneLoginErrorCode,
)

/** The tokens that verifySignedToken checks: it gets the code and the name of the token. */
const tokens = {
  id_token_invalid: 'ID token',
  core_identity_invalid: 'core identity',
  logout_token_invalid: 'logout token',
}

/** Files whose plain errors become the reason in a message. */
const reasons: Readonly<Record<string, readonly [codes: readonly string[], template: string]>> = {
  'lib/tokens/signature.ts': [Object.keys(tokens), 'The {name} was rejected: {reason}.'],
  ...Object.fromEntries(
    ['discovery', 'did-document', 'provider'].map((name) => [
      `lib/provider/${name}.ts`,
      [['provider_document_unusable'], "One Login's {name} at {url} is not valid: {reason}."],
    ]),
  ),
}

/** Names of placeholders that a reader understands without the source. */
const placeholders: Readonly<Record<string, string>> = {
  getDotPath: 'member',
  lowerFirst: 'reason',
  String: 'value',
  receivedKind: 'problem',
  received: 'problem',
  found: 'problem',
  kindOfKey: 'kind',
  toLowerCase: 'kind',
  toUpperCase: 'variable',
  printable: 'issuer',
  segment: 'part',
  missingDidSettings: 'settings',
  didSettings: 'settings',
  plain: 'parameter',
  label: 'option',
  name: 'option',
}

/** Returns each message that the source of the package can create. */
export function errorMessages(): ErrorMessage[] {
  const files = readdirSync(new URL('lib/', root), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/^(?:simulator|cli)\/|^errors\.ts$/.test(path))
    .map((path) => `lib/${path}`)
    .toSorted()
    .map(sourceFile)
  const makers = new Map(files.map((file) => [file, makersIn(file)]))
  const exported = new Map([...makers.values()].flatMap((of) => [...of]).filter(([name]) => isShared(name)))
  const found = files.flatMap((file) => messagesIn(file, new Map([...exported, ...(makers.get(file) ?? [])])))
  const unique = new Map(found.map((message) => [`${message.code} ${message.text}`, message]))
  return [...unique.values()].toSorted((a, b) => errorCodes.indexOf(a.code) - errorCodes.indexOf(b.code))
}

/** Returns the source of a file, parsed. */
export const sourceFile = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)

const isShared = (name: string) => name === 'invalidOption' || name === 'misconfigured'

function messagesIn(file: ts.SourceFile, makers: ReadonlyMap<string, Maker>): ErrorMessage[] {
  const messages: ErrorMessage[] = []
  const add = (codes: readonly string[], text: string) => {
    for (const code of codes)
      if (errorCodes.includes(code as OneLoginErrorCode)) messages.push(messageOf(code, text))
  }
  visit(file, (node) => {
    if (isError(node) && !makerAround(node, file) && !codesIn(node.arguments?.[0]).includes('token_refused'))
      add(codesIn(node.arguments?.[0]), textOf(node.arguments?.[1]))
    if (ts.isCallExpression(node)) {
      const maker = makers.get(node.expression.getText())
      const reason = node.arguments[maker?.at ?? 0]
      if (maker && reason && !ts.isIdentifier(reason) && !isNamedReason(reason))
        add(maker.codes, filled(maker, node))
    }
    const plain = reasons[file.fileName]
    if (plain && ts.isThrowStatement(node) && ts.isNewExpression(node.expression))
      if (node.expression.expression.getText() === 'Error')
        add(plain[0], plain[1].replace('{reason}', textOf(node.expression.arguments?.[0])))
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.initializer)) {
      if (tableAround(node) === 'remedies')
        add(['token_refused'], `${refusedToken(node.name.getText())} ${node.initializer.text}`)
      else add([node.name.getText()], node.initializer.text)
    }
    if (ts.isArrayLiteralExpression(node) && node.elements.length === 2)
      add(codesIn(node.elements[0]), `${textOf(node.elements[1])}: {where}.`)
  })
  return messages
}

const refusedToken = (error: string) =>
  `One Login's token endpoint rejected the request (${error}, status {status}).`

/** Returns the name of the object that holds a property. */
function tableAround({ parent }: ts.PropertyAssignment): string | undefined {
  return ts.isVariableDeclaration(parent.parent) ? parent.parent.name.getText() : undefined
}

/** Text that the caller found elsewhere, such as the message of a plain error. */
const isNamedReason = (node: ts.Expression) => /^\(?error\b|\.message$|^reason/.test(node.getText())

function messageOf(code: string, text: string): ErrorMessage {
  const name = code in tokens ? tokens[code as keyof typeof tokens] : 'document'
  const happened = text
    .replace(/(?<=^The |One Login's )\{name\}/, name)
    .replace(/(?<=did not respond)/, ' within {timeout} s')
    .replace(/\.\.$/, '.')
    .replace(/(?<![.?])$/, code === 'authorization_refused' ? ': {error}.' : '.')
    .replace(/\{(\w+)\}/g, (_, placeholder: string) => `{${placeholders[placeholder] ?? placeholder}}`)
  return {
    code: code as OneLoginErrorCode,
    text: new OneLoginError(code as OneLoginErrorCode, happened).message,
  }
}

function filled({ template, placeholder, at }: Maker, call: ts.CallExpression): string {
  const text = template.replace(placeholder, () => textOf(call.arguments[at]))
  const option = call.arguments[at - 1]
  return option && ts.isStringLiteral(option) ? text.replace('{name}', option.text) : text
}

function makersIn(file: ts.SourceFile): Map<string, Maker> {
  const makers = new Map<string, Maker>()
  visit(file, (node) => {
    if (!isError(node)) return
    const around = makerAround(node, file)
    if (around) makers.set(around.name, around.maker)
  })
  if (file.fileName.endsWith('options/strategy-options.ts'))
    makers.set('refuse', {
      codes: ['invalid_option'],
      template: 'Option "{name}": {problem}.',
      placeholder: '{problem}',
      at: 1,
    })
  if (file.fileName.endsWith('options/invalid-option.ts'))
    makers.set('invalidOption', {
      codes: ['invalid_option'],
      template: 'Option "{name}": {problem}.',
      placeholder: '{problem}',
      at: 2,
    })
  return makers
}

/** Returns the function around an error, if the text of the error is one of its parameters. */
function makerAround(
  node: ts.NewExpression,
  file: ts.SourceFile,
): { name: string; maker: Maker } | undefined {
  let at: ts.Node = node
  while (at !== file && !ts.isArrowFunction(at) && !ts.isFunctionDeclaration(at)) at = at.parent
  if (!ts.isArrowFunction(at) && !ts.isFunctionDeclaration(at)) return undefined
  const name = ts.isFunctionDeclaration(at) ? at.name?.text : nameOfArrow(at)
  const template = textOf(node.arguments?.[1])
  const index = at.parameters.findIndex((parameter) => template.includes(`{${parameter.name.getText()}}`))
  const isReason = /^(?:reason|message|found|problem)$/.test(at.parameters[index]?.name.getText() ?? '')
  if (name === undefined || !isReason) return undefined
  const codes =
    file.fileName === 'lib/tokens/signed-token.ts' ? Object.keys(tokens) : codesIn(node.arguments?.[0])
  return {
    name,
    maker: { codes, template, placeholder: `{${at.parameters[index]?.name.getText() ?? ''}}`, at: index },
  }
}

function nameOfArrow({ parent }: ts.ArrowFunction): string | undefined {
  return ts.isVariableDeclaration(parent) ? parent.name.getText() : undefined
}

const isError = (node: ts.Node): node is ts.NewExpression =>
  ts.isNewExpression(node) && node.expression.getText() === 'OneLoginError'

function codesIn(node: ts.Node | undefined): string[] {
  return [...(node?.getText() ?? '').matchAll(/'(\w+)'/g)].map(([, code = '']) => code)
}

/** The text of an expression. An expression in it becomes its last name, in braces. */
export function textOf(node: ts.Node | undefined): string {
  if (!node) return ''
  if (ts.isStringLiteralLike(node)) return node.text
  const constant = ts.isIdentifier(node) ? constantOf(node) : undefined
  if (constant) return textOf(constant)
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression)
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return textOf(node.left) + textOf(node.right)
  if (ts.isConditionalExpression(node)) return textOf(node.whenTrue)
  if (ts.isTemplateExpression(node))
    return (
      node.head.text +
      node.templateSpans.map(({ expression, literal }) => textOf(expression) + literal.text).join('')
    )
  return `{${
    /(\w+)\W*$/.exec(
      node
        .getText()
        .replace(/\(.*$/s, '')
        .replace(/ \?\?.*$/, '')
        .replace(/\.join$/, ''),
    )?.[1] ?? 'value'
  }}`
}

/** Returns the text that a constant of the file has. */
function constantOf(name: ts.Identifier): ts.Expression | undefined {
  return name
    .getSourceFile()
    .statements.filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .find((declaration) => declaration.name.getText() === name.text && isText(declaration.initializer))
    ?.initializer
}

const isText = (node: ts.Expression | undefined) => node !== undefined && ts.isStringLiteralLike(node)

/** Calls `look` for a node and every node in it. */
export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node)
  ts.forEachChild(node, (child) => {
    visit(child, look)
  })
}

/** Returns the page with all messages. */
export function errorMessagesPage(): string {
  const messages = errorMessages()
  const sections = errorCodes.map((code) => {
    const texts = messages
      .filter((message) => message.code === code)
      .map(({ text }) => `- ${asMarkdown(text)}`)
    return [`## \`${code}\``, '', ...texts, ''].join('\n')
  })
  return [
    '# Error messages',
    '',
    'Every message of the package by its code, for a search in your logs. Words in braces are values. [Errors](errors.md)',
    'explains each code. `npx vitest run test/docs/error-messages.test.ts -u` writes this page.',
    '',
    ...sections,
  ].join('\n')
}

const asMarkdown = (text: string) => text.replace(/[<>*_[\]]/g, (character) => `\\${character}`)
