const patterns: readonly RegExp[] = [
  // Node
  /^\s*at (?:.+[( ])?(?:file:\/\/|node:|\/|[A-Z]:\\)[^\s)]*:\d+:\d+/m,
  /(?:<br ?\/?>|\\n)(?:\s|&nbsp;)*at .*?(?:file:\/\/|node:|\/)[^\s)<]*:\d+:\d+/,
  // Python
  /Traceback \(most recent call last\)/,
  // Java
  /\bat [\w.$]+\((?:[\w$]+\.(?:java|kt|scala):\d+|Native Method|Unknown Source)\)/,
  // .NET
  /^\s*at .+ in .+:line \d+/m,
  // Ruby
  /\.rb:\d+:in [`']/,
  // PHP
  /^#\d+ .+\.php\(\d+\):/m,
  // Go
  /^goroutine \d+ \[/m,
]

/** Whether a response shows where in the service's code an error happened. */
export const showsStackTrace = (body: string): boolean => patterns.some((pattern) => pattern.test(body))
