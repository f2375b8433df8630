export const strokes = (hour) => {
  if (!(hour >= 0 && hour <= 23)) {
    throw new RangeError('no such hour');
  }
  return hour % 12 || 12;
};
