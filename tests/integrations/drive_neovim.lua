-- Does what a writer does in Neovim, and writes what came of it as JSON to $SNIPPROOF_RESULT. It runs in the docs tree.
local result = {}

local function await(what, condition)
  if not vim.wait(30000, condition, 20) then
    error("waited in vain for " .. what)
  end
end

local function text()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function place()
  return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ":t") .. ":" .. vim.api.nvim_win_get_cursor(0)[1]
end

local function drive()
  vim.cmd("edit docs/p.mdx")
  await("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
  result.diagnostics = vim.tbl_map(function(found)
    return { line = found.lnum + 1, code = found.code, message = found.message, severity = found.severity }
  end, vim.diagnostic.get(0))

  -- Complete the marker that is wrong.
  vim.cmd([[%s/START strat/START st/]])
  vim.fn.search("START st")
  vim.fn.search("st", "e")
  local position = vim.lsp.util.make_position_params(0, "utf-16")
  position.position.character = vim.fn.match(vim.api.nvim_get_current_line(), "START st") + #"START st"
  local answers = vim.lsp.buf_request_sync(0, "textDocument/completion", position, 30000) or {}
  for _, answer in pairs(answers) do
    local items = answer.result and (answer.result.items or answer.result) or {}
    result.completion = vim.tbl_map(function(item) return item.label end, items)
  end
  vim.cmd([[%s/START st"/START start"/]])
  await("no diagnostics", function() return #vim.diagnostic.get(0) == 0 end)

  -- Go from the page to the Region, and rename it there.
  vim.fn.search("START start")
  vim.lsp.buf.definition()
  await("the Source", function() return place():find("a.py") ~= nil end)
  result.definition = place()
  await("lenses", function() return #vim.lsp.codelens.get(0) > 0 end)
  result.lenses = vim.tbl_map(function(lens) return lens.command.title end, vim.lsp.codelens.get(0))
  vim.lsp.buf.rename("renamed")
  await("the rename", function() return text()[1] == "# START renamed" end)
  result.source = text()
  vim.cmd("silent wall")
  vim.cmd("edit docs/p.mdx")
  result.page = text()
  vim.wait(300)
  result.left = #vim.diagnostic.get(0)
end

local ok, problem = xpcall(drive, debug.traceback)
if not ok then
  result.error = problem
  result.messages = vim.fn.execute("messages")
end
vim.fn.writefile({ vim.fn.json_encode(result) }, vim.env.SNIPPROOF_RESULT)
vim.cmd("qall!")
