import { describe, expect, it } from 'vitest'
import { libraryWords, saysWhatToDo } from './action.ts'
import { commandMessages, endsElsewhere } from './command-messages.ts'

const messages = commandMessages()

describe('a message of the command', () => {
  it.each(['doctor', 'simulator', 'conformance', 'keys', 'new'])('[CB-11] is found for %s', (part) => {
    expect(messages.some(({ file }) => file.startsWith(`lib/cli/${part}`))).toBe(true)
  })

  it('[CB-11] tells the reader what to do, or that no action is needed', () => {
    expect(messages.filter(({ text }) => !endsElsewhere(text) && !saysWhatToDo(text))).toEqual([])
  })

  it('[CB-11] holds no words of a library or of Node', () => {
    expect(messages.filter(({ text }) => libraryWords.test(text))).toEqual([])
  })
})
