// Smaller images of a data set.
import type { Dataset } from './dataset.ts'

/** Shrinks images [h, w, c] by averaging blocks of `factor` x `factor` pixels; it divides h and w. */
export function averageBlocks(dataset: Dataset, factor: number): Dataset {
  const { data: from, size } = dataset
  const [fromHeight, fromWidth, channels] = dataset.shape
  const [height, width] = [fromHeight / factor, fromWidth / factor]
  const data = new Float32Array(size * height * width * channels)
  for (let row = 0; row < size * height; row++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let dy = 0; dy < factor; dy++)
          for (let dx = 0; dx < factor; dx++)
            sum += from[((row * factor + dy) * fromWidth + x * factor + dx) * channels + c]
        data[(row * width + x) * channels + c] = sum / factor ** 2
      }
    }
  }
  return { ...dataset, data, shape: [height, width, channels] }
}
