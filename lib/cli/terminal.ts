import type { Writable } from 'node:stream'
import { stripVTControlCharacters, styleText } from 'node:util'

/** The input, output and environment of the command. */
export interface Terminal {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Readonly<Record<string, string | undefined>>
  /** Resolves when the user stops the command. */
  interruption(): Promise<unknown>
}

/** Writes a line. */
export function writeLine(stream: Writable, line = ''): void {
  stream.write(`${line}\n`)
}

/**
 * Returns text that another program wrote, with a mark for each character that is invisible, moves the cursor or turns
 * the direction of text.
 */
export function visible(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{C}\u2028\u2029]/gu, (character) => (/[\t\n]/.test(character) ? character : '\u{fffd}'))
}

/** Writes a heading after an empty line. */
export function writeHeading(stream: Writable, text: string): void {
  writeLine(stream, `\n${coloured(stream, 'bold', text)}`)
}

/** Writes JSON, on one line or indented for people. */
export function writeJson(stream: Writable, value: unknown, indent?: number): void {
  writeLine(stream, JSON.stringify(value, undefined, indent))
}

/** Returns the text in colour, if the stream is a terminal that shows colours. */
export function coloured(
  stream: Writable,
  colour: 'green' | 'red' | 'yellow' | 'bold' | 'dim',
  text: string,
): string {
  return styleText(colour, text, { stream })
}
