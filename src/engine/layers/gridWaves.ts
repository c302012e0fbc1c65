// Fixed sines and cosines of positions in a grid. Loads no tfjs.

/**
 * Fixed embedding of the positions in a grid, `[height * width, channels]` row by row, with a
 * multiple of 4 channels: sines and cosines of the column, then of the row, with frequencies from 1
 * to 1/10000. diffusers' `get_2d_sincos_pos_embed`, after He et al. 2022 (MAE).
 */
export function gridEmbedding(height: number, width: number, channels: number): Float32Array {
  const quarter = channels / 4
  const frequencies = Array.from({ length: quarter }, (_, k) => 10000 ** (-k / quarter))
  const waves = (length: number) =>
    Array.from({ length }, (_, position) => [
      ...frequencies.map((frequency) => Math.sin(position * frequency)),
      ...frequencies.map((frequency) => Math.cos(position * frequency)),
    ])
  const [rows, columns] = [waves(height), waves(width)]
  const values = new Float32Array(height * width * channels)
  for (let i = 0; i < height * width; i++) {
    values.set(columns[i % width], i * channels)
    values.set(rows[Math.floor(i / width)], i * channels + 2 * quarter)
  }
  return values
}

/**
 * Cosines and sines of the angles that rotary embeddings rotate by, `[height * width, channels]` row
 * by row, with a multiple of 4 channels: angles of the row in the first half and of the column in
 * the second, with frequencies from 1 to 1/10000, each twice.
 */
export function rotaryWaves(
  height: number,
  width: number,
  channels: number,
): { cosines: Float32Array; sines: Float32Array } {
  const quarter = channels / 4
  const cosines = new Float32Array(height * width * channels)
  const sines = new Float32Array(height * width * channels)
  for (let i = 0; i < cosines.length; i++) {
    const [token, channel] = [Math.floor(i / channels), i % channels]
    const position = channel < 2 * quarter ? Math.floor(token / width) : token % width
    const angle = position * 10000 ** (-(channel % quarter) / quarter)
    cosines[i] = Math.cos(angle)
    sines[i] = Math.sin(angle)
  }
  return { cosines, sines }
}
