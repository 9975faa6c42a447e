/** Verbs that start an instruction. */
const verbs =
  'Add|Ask|Change|Check|Compare|Contact|Correct|Create|Decrypt|Enable|Fix|Give|Have|Make|Mount|Move|Parse|Pass|Prove|Publish|' +
  'Put|Reactivate|Register|Remove|Rename|Report|Run|See|Set|Shorten|Sign|Start|Stop|Treat|Try|Use|Write'

/** A sentence, or a part of one after a colon, that tells the reader what to do. */
const action = new RegExp(
  `(?:^|[.:}] |\\}|, (?:and|or) |\\n)(?:No action needed|The user can|Do not|Did you mean |(?:If|Behind|Without|When) [^.]*, (?:[a-z ]*)?(?:no action needed|check|set|ask|report|use|start|change|add|run)|(?:${verbs})\\b)`,
)

/** A configuration file or variable: what the value must be is what to do. */
const requirement = /\b(?:must be|must not be|is required)\b/

/** Whether a message ends with a full stop or a question mark, and tells the reader what to do. */
export const saysWhatToDo = (text: string): boolean => /[.?]$/.test(text) && action.test(text)

/** Whether a line about a setting names what it must be, or tells the reader what to do. */
export const saysWhatToSet = (text: string): boolean =>
  /[.?]$/.test(text) && (requirement.test(text) || action.test(text))

/** Words of a library or of Node that no reader of a message can be expected to know. */
export const libraryWords =
  /valibot|openid-client|undici|Invalid (?:key|type|format|URL)|Expected .* but received|no such file|permission denied|address already in use|illegal operation|Unexpected (?:token|end)|in JSON at position|getaddrinfo|\bat \S+ \(.*:\d+:\d+\)/
