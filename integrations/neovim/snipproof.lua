-- Starts `snipproof server` for the pages and Sources of a docs tree, in Neovim 0.7 or newer.
-- Copy it to ~/.config/nvim/plugin/snipproof.lua.
local command = { "snipproof", "server" }
local filetypes = {
  "markdown", "mdx", "python", "typescript", "javascript", "go", "java", "cs", "sh", "json", "yaml", "toml",
}

-- The innermost folder above a file that has settings of snipproof.
local function root_of(file)
  local above = vim.fn.escape(vim.fn.fnamemodify(file, ":p:h"), " ,;*\\") .. ";"
  local found = vim.fn.findfile("snipproof.toml", above, -1)
  for _, project in ipairs(vim.fn.findfile("pyproject.toml", above, -1)) do
    for _, line in ipairs(vim.fn.readfile(project)) do
      if line:find("^%[tool%.snipproof[%].]") then
        table.insert(found, project)
        break
      end
    end
  end
  local folders = vim.tbl_map(function(name) return vim.fn.fnamemodify(name, ":p:h") end, found)
  table.sort(folders, function(a, b) return #a > #b end)
  return folders[1]
end

local clients = {} -- by root, for Neovim 0.7

local function start(config, buffer)
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  local root = config.root_dir
  local client = clients[root] and vim.lsp.get_client_by_id(clients[root])
  if not client or client.is_stopped() then
    clients[root] = vim.lsp.start_client(config)
  end
  vim.lsp.buf_attach_client(buffer, clients[root])
end

local group = vim.api.nvim_create_augroup("snipproof", {})
local lenses = vim.api.nvim_create_augroup("snipproof-lenses", {})

local function on_attach(client, buffer)
  local function refresh()
    if vim.lsp.get_client_by_id(client.id) then -- the server has not ended
      vim.lsp.codelens.refresh() -- run one with :lua vim.lsp.codelens.run()
    end
  end
  vim.api.nvim_clear_autocmds({ group = lenses, buffer = buffer })
  local events = { "BufEnter", "BufWritePost", "CursorHold" }
  vim.api.nvim_create_autocmd(events, { group = lenses, buffer = buffer, callback = refresh })
  vim.schedule(refresh)
  vim.bo[buffer].omnifunc = "v:lua.vim.lsp.omnifunc" -- complete with CTRL-X CTRL-O
  vim.bo[buffer].tagfunc = "v:lua.vim.lsp.tagfunc" -- go to the definition with CTRL-]
end

vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  group = group,
  pattern = "*.mdx",
  callback = function(event)
    if vim.bo[event.buf].filetype == "" then
      vim.bo[event.buf].filetype = "mdx"
    end
  end,
})
vim.api.nvim_create_autocmd("FileType", {
  group = group,
  pattern = filetypes,
  callback = function(event)
    local root = vim.bo[event.buf].buftype == "" and root_of(vim.api.nvim_buf_get_name(event.buf))
    if root then
      start({ name = "snipproof", cmd = command, cmd_cwd = root, root_dir = root, on_attach = on_attach }, event.buf)
    end
  end,
})
