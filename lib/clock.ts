/** The time of day in whole seconds since 1970, as tokens and session records write it. */
export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
