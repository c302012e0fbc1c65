// Pixels of data sets and pictures on canvases of the page.

export interface Pixels {
  width: number
  height: number
  /** One is grey, three are red, green and blue. */
  channels: number
  /** The value that is white. */
  max: number
}

/** Image `index` of images that lie one after the other, for a canvas. */
export function imageOf(images: ArrayLike<number>, index: number, { width, height, channels, max }: Pixels): ImageData {
  const image = new ImageData(width, height)
  const { data } = image
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0]
  for (let from = index * width * height * channels, to = 0; to < data.length; from += channels, to += 4) {
    data[to] = (images[from]! * 255) / max
    data[to + 1] = (images[from + green]! * 255) / max
    data[to + 2] = (images[from + blue]! * 255) / max
    data[to + 3] = 255
  }
  return image
}

/** Between images of so many pixels across that are looked at side by side. */
export const gapOf = (width: number) => Math.max(1, Math.round(width / 16))
