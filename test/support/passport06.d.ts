declare module 'passport06' {
  import passport from 'passport'
  export default passport
}
