import type { Writable } from 'node:stream'
import { styleText } from 'node:util'

/** Where the command runs: what it reads and writes. */
export interface Terminal {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Readonly<Record<string, string | undefined>>
  /** Comes to pass when somebody stops the command. */
  interruption(): Promise<unknown>
}

/** Writes a line. */
export function writeLine(stream: Writable, line = ''): void {
  stream.write(`${line}\n`)
}

/** Writes JSON, on one line or, for people who read it, on several. */
export function writeJson(stream: Writable, value: unknown, indent?: number): void {
  writeLine(stream, JSON.stringify(value, undefined, indent))
}

/** The text in a colour, where the stream is a terminal that shows colours. */
export function coloured(
  stream: Writable,
  colour: 'green' | 'red' | 'yellow' | 'bold' | 'dim',
  text: string,
): string {
  return styleText(colour, text, { stream })
}
