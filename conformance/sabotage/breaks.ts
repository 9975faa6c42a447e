import type { Break } from './break.ts'
import { callbackBreaks } from './callback-breaks.ts'
import { expressBreaks } from './express-breaks.ts'
import { providerBreaks } from './provider-breaks.ts'
import { sessionBreaks } from './session-breaks.ts'
import { signInBreaks } from './sign-in-breaks.ts'
import { simulatorBreaks } from './simulator-breaks.ts'
import { tokenBreaks } from './token-breaks.ts'

/** All mistakes. */
export const breaks: readonly Break[] = [
  ...tokenBreaks,
  ...providerBreaks,
  ...signInBreaks,
  ...callbackBreaks,
  ...sessionBreaks,
  ...expressBreaks,
  ...simulatorBreaks,
]
