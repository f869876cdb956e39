export declare const isCi: boolean
