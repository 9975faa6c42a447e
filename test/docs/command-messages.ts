import { readdirSync } from 'node:fs'
import ts from 'typescript'
import { sourceFile, textOf, visit } from './error-messages.ts'

/** A message of the command, with its placeholders in braces. */
export interface CommandMessage {
  readonly file: string
  readonly text: string
}

const errors = /^(?:UsageError|Failure|CommandFailure)$/
/** Names of texts that end a message. Each must be an instruction. */
const endings = /^(?:remedy|advice|reach|serve|runAgain|message)$/
const findings = /^(?:fix|warning|unknown|known)$/

/** Returns the messages in the source of the command that are written there in full. */
export function commandMessages(): CommandMessage[] {
  return readdirSync('lib/cli', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `lib/cli/${path}`)
    .flatMap((file) => {
      const texts: string[] = []
      visit(sourceFile(file), (node) => {
        texts.push(...textsOf(node))
      })
      return texts.map((text) => ({ file, text }))
    })
}

function textsOf(node: ts.Node): string[] {
  if (ts.isNewExpression(node) && errors.test(node.expression.getText()))
    return [textOf(node.arguments?.[0])].filter((text) => !isOnlyAValue(text))
  // In the reports of conformance, `advice` is a verdict.
  if (node.getSourceFile().fileName.includes('conformance/report')) return []
  if (ts.isCallExpression(node) && findings.test(node.expression.getText()))
    return [joined(node.arguments.slice(-2))].filter((text) => !isOnlyAValue(text))
  // A problem with a JWKS: its ID, the message and the remedy.
  if (
    ts.isArrayLiteralExpression(node) &&
    node.elements.length === 3 &&
    node.getText().slice(1).startsWith("'jwks-")
  )
    return [joined(node.elements.slice(-2))]
  if (
    (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) &&
    node.name.getText() !== 'message' &&
    endings.test(node.name.getText())
  )
    return [textOf(node.initializer)].filter((text) => !isOnlyAValue(text))
  return []
}

const joined = (nodes: readonly ts.Node[]) => nodes.map((node) => textOf(node)).join(' ')

/** Whether a message ends with a text that is found, and must be an instruction, where it is written. */
export const endsElsewhere = (text: string): boolean => endings.test(/\{(\w+)\}\.?$/.exec(text)?.[1] ?? '')

/** Whether the text is passed in: it is then found where it is written. */
const isOnlyAValue = (text: string) => /^(?:\{\w+\} ?)*$/.test(text)
