import { seeds } from './seeds.ts'

/** Inputs that once were findings, in base64, by target. */
const findings: Readonly<Record<string, readonly string[]>> = {
  // Claims after a byte order mark.
  'id-token': [
    'Y3siYWxnIjoiRVMyNTYiLCJraWQiOiJ0aGUta2V5In0K77u/eyJpc3MiOiJodHRwczovL29pZGMuZXhhbXBsZS8iLCJhdWQiOiJhLXNlcnZpY2UiLCJzdWIiOiJ0aGUtdXNlciIsIm5vbmNlIjoidGhlLW5vbmNlIiwidm90IjoiQ2wuQ20iLCJhdXRoX3RpbWUiOjEsInNpZCI6ImEtc2lkIiwiZXhwIjo0MTAyNDQ0ODAwLCJpYXQiOjF9',
  ],
  // An endpoint after a control character, and one whose scheme has a capital letter.
  documents: [
    'eyJpc3N1ZXIiOiJodHRwczovL29pZGMuZXhhbXBsZS8iLCJhdXRob3JpemF0aW9uX2VuZHBvaW50IjoiaHR0cHM6Ly9vaWRjLmV4YW1wbGUvYXV0aG9yaXplIiwidG9rZW5fZW5kcG9pbnQiOiJcdTAwMDBodHRwczovL29pZGMuZXhhbXBsZS90b2tlbiIsInVzZXJpbmZvX2VuZHBvaW50IjoiaHR0cHM6Ly9vaWRjLmV4YW1wbGUvdXNlcmluZm8iLCJqd2tzX3VyaSI6Imh0dHBzOi8vb2lkYy5leGFtcGxlL2p3a3MifQ==',
    'eyJpc3N1ZXIiOiJodHRwczovL29pZGMuZXhhbXBsZS8iLCJhdXRob3JpemF0aW9uX2VuZHBvaW50IjoiaHR0cHM6Ly9vaWRjLmV4YW1wbGUvYXV0aG9yaXplIiwidG9rZW5fZW5kcG9pbnQiOiJodHRQczovL29pZGMuZXhhbXBsZS90b2tlbiIsInVzZXJpbmZvX2VuZHBvaW50IjoiaHR0cHM6Ly9vaWRjLmV4YW1wbGUvdXNlcmluZm8iLCJqd2tzX3VyaSI6Imh0dHBzOi8vb2lkYy5leGFtcGxlL2p3a3MifQ==',
  ],
}

/** Returns the inputs that a target is given before random ones. */
export function startingInputs(target: string): Buffer[] {
  return [
    ...(seeds[target] ?? []).map((seed) => Buffer.from(seed)),
    ...(findings[target] ?? []).map((finding) => Buffer.from(finding, 'base64')),
  ]
}
