/** Orders of `--sort`. */
export const profileSorts = ['allocated', 'increment', 'peak', 'calls', 'name', 'file'] as const
export type ProfileSort = (typeof profileSorts)[number]
