// @fastify/flash names it in its types, and nothing here uses it.
declare module '@fastify/secure-session' {}
