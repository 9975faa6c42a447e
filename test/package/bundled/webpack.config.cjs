const { basename, dirname } = require('node:path')

module.exports = ({ format, outfile }) => ({
  mode: 'production',
  target: 'node20',
  entry: './service.mjs',
  output: {
    path: dirname(outfile),
    filename: basename(outfile),
    ...(format === 'esm' && { module: true, chunkFormat: 'module' }),
  },
  experiments: { outputModule: format === 'esm' },
  optimization: { minimize: false },
  // Express looks for template engines by name.
  ignoreWarnings: [/Critical dependency/],
})
