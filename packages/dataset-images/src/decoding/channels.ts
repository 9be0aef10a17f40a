import { channelsLost, mixedChannels, noSuchChannel, notGrey } from './errors.ts';
import { pickChannels, type Raster, type Stored, sameKind } from './raster.ts';

/** What images are read as: see the option `channels`. */
export type ChannelChoice = 'auto' | 'grey' | 'rgb' | readonly number[];

/** How many channels images have after a choice that says so itself. */
export function channelCount(choice: Exclude<ChannelChoice, 'auto'>): number {
  if (typeof choice === 'string') return choice === 'grey' ? 1 : 3;
  return choice.length;
}

/**
 * The channels that are asked for; throws where a picture has others, or where some would be lost
 * that are not alpha.
 *
 * @param first a file of the set that has as many channels as `wanted`
 */
export function takeChannels(
  file: string,
  stored: Stored,
  choice: ChannelChoice,
  wanted: number,
  first: string,
): Raster {
  if (typeof choice !== 'string') {
    const beyond = choice.find((index) => index >= stored.channels);
    if (beyond !== undefined) throw noSuchChannel(file, beyond, stored.channels);
    return pickChannels(stored, choice);
  }
  const kept = Array.from({ length: stored.channels }, (_, index) => index).filter(
    (index) => !stored.alpha.includes(index),
  );
  const raster = pickChannels(stored, kept);
  if (choice === 'auto') {
    if (raster.channels !== wanted) throw mixedChannels(file, raster.channels, first, wanted);
    return raster;
  }
  if (raster.channels === wanted) return raster;
  if (choice === 'rgb' && raster.channels === 1) return repeated(raster);
  if (choice === 'grey' && raster.channels === 3 && stored.colour) return luminance(raster);
  if (choice === 'grey' && raster.channels === 3) throw notGrey(file);
  throw channelsLost(file, raster.channels, choice);
}

function repeated({ width, height, data }: Raster): Raster {
  const values = sameKind(data, width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    values.fill(data[pixel]!, pixel * 3, pixel * 3 + 3);
  }
  return { width, height, channels: 3, data: values };
}

/** Brightness with the weights of Rec. ITU-R BT.601; equal channels keep their value. */
function luminance({ width, height, data }: Raster): Raster {
  const values = sameKind(data, width * height);
  const whole = !(data instanceof Float32Array);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [red, green, blue] = [data[pixel * 3]!, data[pixel * 3 + 1]!, data[pixel * 3 + 2]!];
    const grey = red === green && green === blue ? red : 0.299 * red + 0.587 * green + 0.114 * blue;
    values[pixel] = whole ? Math.round(grey) : grey;
  }
  return { width, height, channels: 1, data: values };
}

/** Whether every colour of a picture is grey. */
export function isGrey({ channels, colour, data, alpha }: Stored): boolean {
  if (channels - alpha.length === 1) return true;
  if (!colour || channels - alpha.length !== 3) return false;
  for (let at = 0; at < data.length; at += channels) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
  }
  return true;
}
