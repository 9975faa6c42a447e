const farthest = 4

/** Returns the known name that is closest to a misspelt one, if one is close. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((candidate) => ({
      candidate,
      distance: distanceBetween(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .filter(({ candidate, distance }) => distance <= Math.min(farthest, Math.ceil(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)
  return nearest?.candidate
}

/** Returns a question that suggests the closest known name, with a space after it. Empty if no name is close. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest === undefined ? '' : `Did you mean "${nearest}"? `
}

/** Returns how many letters differ: the Levenshtein distance. */
function distanceBetween(a: string, b: string): number {
  let distances = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (distances[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min((next[j] ?? 0) + 1, (distances[j + 1] ?? 0) + 1, replaced))
    }
    distances = next
  }
  return distances[b.length] ?? 0
}
