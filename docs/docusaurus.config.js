// The documentation site. `tox run -e site` builds it; README.md has more.
import {dark, light} from './prismThemes';

// Placeholders until the project has an address, like those in pyproject.toml.
const REPOSITORY = 'https://example.org/snipproof';

// What a run has proven, if there was one: `tox run -e snippets` before `tox run -e site`.
const MANIFEST = process.env.SNIPPROOF_SITE_MANIFEST || undefined;

export default {
  title: 'snipproof',
  tagline: 'Documentation that is proven',
  favicon: 'img/favicon.svg',
  url: 'https://example.org',
  baseUrl: '/',
  trailingSlash: false,
  onBrokenLinks: 'throw',
  onBrokenAnchors: 'throw',
  onDuplicateRoutes: 'throw',
  markdown: {
    hooks: {onBrokenMarkdownLinks: 'throw', onBrokenMarkdownImages: 'throw'},
  },
  future: {v4: true, faster: true},
  i18n: {
    defaultLocale: 'en',
    locales: ['en', 'ja'],
    localeConfigs: {en: {label: 'English'}, ja: {label: '日本語'}},
  },
  presets: [
    [
      'classic',
      {
        docs: {routeBasePath: '/', sidebarPath: './sidebars.js', editUrl: `${REPOSITORY}/edit/main/docs/`},
        blog: false,
        theme: {customCss: ['./src/css/custom.css', './src/css/reading.css']},
      },
    ],
  ],
  plugins: [
    [
      'docusaurus-plugin-snipproof',
      {
        root: '..',
        manifest: MANIFEST,
        sourceUrl: `${REPOSITORY}/blob/main/`,
        wholeFile: ['snippets/*/**'],
      },
    ],
  ],
  themes: [
    [
      '@easyops-cn/docusaurus-search-local',
      {
        indexBlog: false,
        docsRouteBasePath: '/',
        docsDir: 'docs',
        language: ['en', 'ja'],
        hashed: true,
        ignoreCssSelectors: ['.theme-snipproof-foot'],
        highlightSearchTermsOnTargetPage: true,
        explicitSearchResultPath: true,
      },
    ],
  ],
  themeConfig: {
    colorMode: {respectPrefersColorScheme: true},
    docs: {sidebar: {hideable: true}},
    navbar: {
      title: 'snipproof',
      logo: {alt: '', src: 'img/logo.svg', srcDark: 'img/logo-dark.svg'},
      items: [
        {to: '/guide/getting-started', label: 'Getting started', position: 'left'},
        {to: '/guide', label: 'Guide', position: 'left', activeBaseRegex: '/guide$'},
        {to: '/search/image', label: 'Proven page', position: 'left'},
        {type: 'localeDropdown', position: 'right'},
        {href: REPOSITORY, label: 'Source', position: 'right'},
      ],
    },
    footer: {
      links: [
        {label: 'Changelog', href: `${REPOSITORY}/CHANGELOG.md`},
        {label: 'Contribute', href: `${REPOSITORY}/CONTRIBUTING.md`},
        {label: 'Security', href: `${REPOSITORY}/SECURITY.md`},
        {label: 'MIT licence', href: `${REPOSITORY}/LICENSE`},
      ],
    },
    prism: {
      theme: light,
      darkTheme: dark,
      additionalLanguages: ['java', 'toml', 'bash', 'json', 'json5', 'diff', 'ini'],
    },
  },
};
