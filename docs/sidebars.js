export default {
  docs: [
    'guide/README',
    {
      type: 'category',
      label: 'Tutorial',
      collapsed: false,
      items: ['guide/getting-started', 'guide/concepts'],
    },
    {
      type: 'category',
      label: 'How-to guides',
      collapsed: false,
      items: ['guide/adopt', 'guide/real-site', 'guide/writing', 'guide/expected-output', 'guide/site', 'guide/editor', 'guide/watch', 'guide/ci', 'guide/update'],
    },
    {
      type: 'category',
      label: 'Reference',
      collapsed: false,
      items: [
        'guide/rules',
        'guide/check',
        'guide/proven',
        'guide/running',
        'guide/report',
        'guide/languages',
        'guide/services',
        'guide/providers',
        'guide/settings',
        'guide/api',
      ],
    },
    {
      type: 'category',
      label: 'Example',
      collapsed: false,
      items: ['search/image'],
    },
  ],
};
