// Conversion of stored pixels to ImageData.

export interface PixelFormat {
  width: number
  height: number
  /** 1 is grey, 3 is RGB. */
  channels: number
  /** Value of white. */
  max: number
}

/** Converts image `index` of consecutively stored images. */
export function toImageData(
  images: ArrayLike<number>,
  index: number,
  { width, height, channels, max }: PixelFormat,
): ImageData {
  const image = new ImageData(width, height)
  const { data } = image
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0]
  for (
    let from = index * width * height * channels, to = 0;
    to < data.length;
    from += channels, to += 4
  ) {
    data[to] = (images[from] * 255) / max
    data[to + 1] = (images[from + green] * 255) / max
    data[to + 2] = (images[from + blue] * 255) / max
    data[to + 3] = 255
  }
  return image
}

/** Gap between images of this width in a grid, in pixels. */
export const getGap = (width: number) => Math.max(1, Math.round(width / 16))
