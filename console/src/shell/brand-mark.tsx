import './brand-mark.css';

export const BrandMark = ({ size }: { readonly size: number }) => (
  <svg class="brand-mark" width={size} height={size} viewBox="0 0 22 22" aria-hidden="true">
    <rect width="22" height="22" rx="6" />
    <path d="M4 11.5h3.2L9.5 6l3.5 10 2-4.5h3" />
  </svg>
);
